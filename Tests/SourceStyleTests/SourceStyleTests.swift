// SourceStyleTests
