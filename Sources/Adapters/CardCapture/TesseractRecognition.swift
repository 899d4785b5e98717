import CTesseract
import Dispatch
public import EMV
public import MobileDevice

/// Reads cards on Linux: the number and the dates with a net that knows the digits of cards, names and other text with
/// Tesseract, both on pictures prepared with Leptonica. The libraries are loaded when they are first used.
///
/// Tesseract is no library for two threads: this actor has one of its own and one engine.
public actor TesseractRecognition: CardRecognition {
    /// Whether Tesseract and Leptonica are installed.
    public static var isAvailable: Bool { ctesseract_is_available() != 0 }

    private let reader: CardReader
    private let month: @Sendable () -> CardExpiry
    private let executor = RecognitionExecutor()
    private var engine: TextEngine?

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// - Parameter month: the present one, asked for at every picture.
    public init(
        reader: CardReader = CardReader(), month: @escaping @Sendable () -> CardExpiry = { .presentMonth }
    ) {
        self.reader = reader
        self.month = month
    }

    public func recognize(_ image: [UInt8]) throws(CardRecognitionError) -> RecognizedCard {
        let header = try ImageHeader(of: image)
        guard max(header.width, header.height) >= Self.sideMin else { return .anotherPhotograph(.tooSmall) }
        let engine = try readyEngine()
        return try CardPicture(decoding: image).judged(by: reader, in: month(), engine)
    }

    private func readyEngine() throws(CardRecognitionError) -> TextEngine {
        if let engine { return engine }
        let made = try TextEngine()
        engine = made
        return made
    }

    /// A card number across less than this many pixels has digits too small to tell apart.
    static let sideMin = 320
}

/// The thread on which pictures are looked at, one after the other, so that the shared pool stays free.
private final class RecognitionExecutor: SerialExecutor {
    private let queue = DispatchQueue(label: "card recognition")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }

    func checkIsolated() { dispatchPrecondition(condition: .onQueue(queue)) }
}
