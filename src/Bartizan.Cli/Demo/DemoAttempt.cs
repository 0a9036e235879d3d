namespace Bartizan.Cli.Demo;

/// <summary>One attempt of the demo, and what came of it.</summary>
/// <param name="Id">Its name.</param>
/// <param name="What">What the poisoned document asks for.</param>
/// <param name="Layer">What stands in the way.</param>
/// <param name="Rule">The rule, or the absence of one, that stopped it.</param>
/// <param name="Stopped">True when it had no effect.</param>
/// <param name="Observed">What the agent saw.</param>
/// <param name="Control">The same act where the protection is not.</param>
/// <param name="ControlSucceeded">True when that worked: the attempt could have succeeded.</param>
internal sealed record DemoAttempt(
    string Id,
    string What,
    string Layer,
    string Rule,
    bool Stopped,
    string Observed,
    string Control,
    bool ControlSucceeded
);
