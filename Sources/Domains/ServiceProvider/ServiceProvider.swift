// ServiceProvider
