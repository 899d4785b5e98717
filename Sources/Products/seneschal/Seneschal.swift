@main enum Seneschal { static func main() { print("seneschal") } }
