namespace Bartizan.Core.Narrowing;

/// <summary>How a proof ended. The zero proves nothing.</summary>
public enum NarrowingAnswer
{
    /// <summary>Neither a proof nor a counterexample was found.</summary>
    Unproved = 0,

    /// <summary>The first is at most the second.</summary>
    Proved,

    /// <summary>There is something that the first may do and the second may not.</summary>
    Refuted,
}
