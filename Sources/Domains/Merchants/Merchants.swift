// The merchant platform: merchants, tags, objects, offers and rewards.
