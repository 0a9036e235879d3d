namespace Bartizan.Sandbox.Tests.Bubblewrap;

/// <summary>Tests that count what this process and host hold, and so run while no other test does.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
