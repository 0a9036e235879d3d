using System.Collections.Immutable;

namespace Bartizan.Core.Enforcement;

/// <summary>
/// What an action reaches for, in the canonical form of the manifest reference (Rules). The set is closed: a target
/// outside it can't be made, and a new verb breaks the build where it must be thought about.
/// </summary>
public abstract record ActionTarget
{
    private protected ActionTarget() { }

    /// <summary>The verb that rules name this kind of target by.</summary>
    public abstract Verb Verb { get; }

    /// <summary>The canonical text that rules are matched against, without the verb.</summary>
    public abstract string Text { get; }

    /// <summary>
    /// What the text is made of, part by part: <c>a/b</c> of <c>c</c> and <c>a</c> of <c>b/c</c> read alike and are not the
    /// same act. For digests.
    /// </summary>
    internal abstract ImmutableArray<string> Parts { get; }
}
