// CardLinkTests
