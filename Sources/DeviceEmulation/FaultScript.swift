/// Something that goes wrong with a virtual device, or right again.
public enum DeviceFault: String, Hashable, Sendable, CaseIterable {
  /// The device is pulled out.
  case unplug
  /// It is plugged in again, under another address.
  case replug
  /// Its cable gives way: transfers fail for 100 ms, then it is gone.
  case yank
  /// Its endpoint halts until the host clears it.
  case stall
  /// It sends nothing for so many milliseconds, and its samples of that time are lost.
  case silence
  /// So many USB packets end early.
  case short
  /// So many USB packets are longer than they may be.
  case oversize
  /// So many of the device's packets have one wrong bit.
  case corrupt
  /// So many of the device's packets are left out.
  case drop
  /// So many of the device's packets are sent twice.
  case duplicate
  /// Its counter jumps ahead by so many samples, of which it has none.
  case jump
  /// It loses so many samples itself, and reports that where it can.
  case overflow
  /// So many of the device's packets hold no numbers where their channels are floating-point.
  case nan
  /// Its counter, and with it its own time, begins anew.
  case reset
  /// Its clock runs so many tenths of a percent slow from now on.
  case slow
  /// Its samples come so many times as fast from now on; once is as they should.
  case fast
  /// Nobody may open it any more.
  case deny
  /// Everybody may open it again.
  case allow
  /// It answers set-up wrongly from now on.
  case lie
  /// It answers set-up rightly again.
  case truth
}

/// What goes wrong, and when.
public struct FaultScript: Sendable {
  /// One line of it.
  public struct Step: Sendable {
    /// When, since the start [s].
    public var time: Double
    /// What.
    public var fault: DeviceFault
    /// How much of it [1].
    public var amount: Int
  }

  /// The steps, in the order of time.
  public var steps: [Step]

  /// Reads `2s:unplug,4s:replug,5s:corrupt=3`; the text of the first part that is none, otherwise.
  public init(_ text: String) throws(FaultScriptError) {
    steps = []
    for part in text.split(separator: ",") {
      let halves = part.split(separator: ":", maxSplits: 1)
      guard halves.count == 2 else { throw FaultScriptError(part: String(part)) }
      let isMilli = halves[0].hasSuffix("ms")
      let digits = halves[0].hasSuffix("s") ? halves[0].dropLast(isMilli ? 2 : 1) : halves[0]
      let words = halves[1].split(separator: "=", maxSplits: 1)
      guard let time = Double(digits), time >= 0,
        let fault = DeviceFault(rawValue: String(words[0])),
        let amount = words.count == 2 ? Int(words[1]) : 1, amount >= 0
      else { throw FaultScriptError(part: String(part)) }
      steps.append(Step(time: isMilli ? time / 1000 : time, fault: fault, amount: amount))
    }
    steps.sort { $0.time < $1.time }
  }
}

/// A part of a script that says nothing known.
public struct FaultScriptError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The part.
  public var part: String

  /// What is wrong with it.
  public var description: String {
    let known = DeviceFault.allCases.map(\.rawValue).joined(separator: ", ")
    return "'\(part)' is no step; write 2s:unplug or 2s:corrupt=3, with one of: \(known)"
  }
}
