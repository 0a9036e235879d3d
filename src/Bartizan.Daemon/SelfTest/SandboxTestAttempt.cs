namespace Bartizan.Daemon.SelfTest;

/// <summary>One attempt.</summary>
/// <param name="Id">Its id in the reference.</param>
/// <param name="Result">blocked, open, residual, inconclusive or notapplicable.</param>
/// <param name="Layer">What must stop it.</param>
/// <param name="Observed">What was seen.</param>
/// <param name="Fails">True when it counts against the sandbox.</param>
public sealed record SandboxTestAttempt(string Id, string Result, string Layer, string Observed, bool Fails);
