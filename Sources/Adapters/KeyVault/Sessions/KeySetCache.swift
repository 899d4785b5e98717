import SecureChannel
import Synchronization

/// The key sets of the cards in use, so that the sessions of one card derive them once.
///
/// Holds `entriesMax` at most; one that goes is wiped with its last user. Second chance decides which one goes: the hand
/// passes over those used since it came by.
final class KeySetCache<Key: Hashable & Sendable>: Sendable {
    static var entriesMaxDefault: Int { 1_024 }

    private struct Slot {
        var key: Key
        var keySet: SCP03KeySet
        var isUsed: Bool
    }

    private struct State {
        var slots: [Slot] = []
        var places: [Key: Int] = [:]
        var hand = 0
    }

    private let entriesMax: Int
    private let state = Mutex(State())

    init(entriesMax: Int = KeySetCache.entriesMaxDefault) {
        precondition(entriesMax > 0, "a cache holds one entry at least")
        self.entriesMax = entriesMax
    }

    var count: Int { state.withLock { $0.slots.count } }

    func removeAll() { state.withLock { $0 = State() } }

    /// The key set of `key`, derived when it is not held.
    func keySet<Failure: Error>(
        _ key: Key, derive: () throws(Failure) -> SCP03KeySet
    ) throws(Failure) -> SCP03KeySet {
        if let held = held(key) { return held }
        let derived = try derive()
        insert(key, derived)
        return derived
    }

    private func held(_ key: Key) -> SCP03KeySet? {
        state.withLock { state in
            guard let place = state.places[key] else { return nil }
            state.slots[place].isUsed = true
            return state.slots[place].keySet
        }
    }

    private func insert(_ key: Key, _ keySet: SCP03KeySet) {
        state.withLock { state in
            // Another task may have derived the same one meanwhile.
            if state.places[key] != nil { return }
            let slot = Slot(key: key, keySet: keySet, isUsed: false)
            guard state.slots.count == entriesMax else {
                state.places[key] = state.slots.count
                state.slots.append(slot)
                return
            }
            while state.slots[state.hand].isUsed {
                state.slots[state.hand].isUsed = false
                state.hand = (state.hand + 1) % entriesMax
            }
            state.places[state.slots[state.hand].key] = nil
            state.places[key] = state.hand
            state.slots[state.hand] = slot
            state.hand = (state.hand + 1) % entriesMax
        }
    }
}
