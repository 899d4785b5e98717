import Testing

@Suite("No interruption of a bill loses or doubles money")
struct BillSweepTests {
    @Test("cut at every commit, message and command, the server started again from its file: settled once (VBILL-04)")
    func everywhere() async throws {
        let steps = try await BillStory(isInFile: true).play()
        #expect(steps == 36, "8 commits, 8 requests, 16 commands, 4 numbers")
        let stories = PaymentSweep.everywhere(steps).map { BillStory(cuts: $0, isInFile: true) }
        let struck = try await PaymentSweep.play(stories) { try await $0.play() }
        #expect(struck == stories.count)
        print("swept \(stories.count) cut points of a bill")
    }

    @Test("by PIN, closed by time, or with the money coming late: settled once (VBILL-04)")
    func ways() async throws {
        var stories: [BillStory] = []
        for kind in BillStory.Kind.allCases where kind != .byDevice {
            let steps = try await BillStory(kind: kind).play()
            // They are like any other until the last item is taken off again.
            stories += PaymentSweep.everywhere(steps).suffix(2 * 12).map { BillStory(kind: kind, cuts: $0) }
        }
        let struck = try await PaymentSweep.play(stories) { try await $0.play() }
        #expect(struck == stories.count)
        print("swept \(stories.count) cut points of bills by PIN, closed by time and with a late deposit")
    }

    @Test("cut again in what makes up for the first cut: settled once (VBILL-04)")
    func twice() async throws {
        let steps = try await BillStory().play()
        let stories = PaymentSweep.twice(steps, reach: 2).map { BillStory(cuts: $0) }
        let struck = try await PaymentSweep.play(stories) { try await $0.play() }
        #expect(struck > stories.count / 2)
        print("swept \(struck) pairs of cut points of a bill")
    }

    @Test(
        "the device dies wherever something is lost, and the bill is given up: everybody is paid or nobody (VBILL-05)")
    func deviceDies() async throws {
        let steps = try await BillStory().play()
        let stories = PaymentSweep.everywhere(steps).map { BillStory(cuts: $0) }
        let struck = try await PaymentSweep.play(stories) { try await $0.playUntilDeviceDies() }
        #expect(struck == stories.count)
        print("swept \(stories.count) deaths of a device with a bill")
    }
}
