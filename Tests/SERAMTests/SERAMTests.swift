// SERAMTests
