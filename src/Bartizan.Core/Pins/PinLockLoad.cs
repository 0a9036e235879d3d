namespace Bartizan.Core.Pins;

/// <summary>What reading a lock gave.</summary>
/// <param name="Lock">The lock; null when there is something wrong with it.</param>
/// <param name="Problem">What is wrong, in one sentence; empty for nothing.</param>
public sealed record PinLockLoad(PinLock? Lock, string Problem);
