namespace Bartizan.EndToEnd.Tests;

/// <summary>Tests that hold answers to a clock: nothing of this assembly runs beside them.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
