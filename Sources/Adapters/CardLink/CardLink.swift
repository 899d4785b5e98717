// CardLink
