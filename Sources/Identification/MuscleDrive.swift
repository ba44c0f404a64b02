/// What excites a muscle: one EMG channel, or a stated mixture of several.
///
/// The excitation is sum_c w_c x_c with the weights w and the excitations x of the channels, each after
/// its own gain, shape and delay. A muscle with electrodes of its own has one share of weight one; a
/// muscle without, such as brachialis or vastus intermedius, has those of its synergists (proxies).
public struct MuscleDrive: Hashable, Sendable {
  /// A channel's part in an excitation.
  public struct Share: Hashable, Sendable {
    /// The channel (index).
    public var channel: Int
    /// Its weight [1].
    public var weight: Double

    /// The part `weight` [1] of `channel`.
    public init(channel: Int, weight: Double) {
      self.channel = channel
      self.weight = weight
    }
  }

  /// The channels with their weights (at least one).
  public var shares: [Share]
  /// Relative standard deviation of the activation when it is not the muscle's own EMG that shows it [1].
  public var deviation: Double

  /// A mixture of channels, not negative, whose activation is known to `deviation` [1].
  public init(shares: [Share], deviation: Double = 0) {
    precondition(!shares.isEmpty, "something excites every muscle")
    precondition(shares.allSatisfy { $0.weight >= 0 }, "muscles are not inhibited by EMG")
    self.shares = shares
    self.deviation = deviation
  }

  /// A muscle with a channel of its own.
  public init(channel: Int) {
    self.init(shares: [Share(channel: channel, weight: 1)])
  }

  /// The channel with the largest weight.
  public var mainChannel: Int {
    var best = shares[0]
    for share in shares where share.weight > best.weight { best = share }
    return best.channel
  }
}
