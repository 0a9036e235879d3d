using System.Collections.Immutable;
using System.Globalization;

namespace Bartizan.Core.Enforcement;

/// <summary>
/// A file, by every canonical name it has: the link's and the target's, each once: anchored (<c>workspace/a</c>) when it
/// lies below an anchor, else absolute. A deny or ask rule applies when it matches any of them or of
/// <see cref="Aliases"/>; an allow holds only when each of the names is allowed.
/// </summary>
public sealed record FileTarget : ActionTarget
{
    /// <summary>Makes a target of <see cref="Verb.Read"/> or <see cref="Verb.Write"/>.</summary>
    /// <exception cref="ArgumentException">For another verb, or without a name.</exception>
    public FileTarget(Verb verb, params ImmutableArray<string> names)
    {
        if (verb is not (Verb.Read or Verb.Write) || names.IsDefaultOrEmpty)
        {
            throw new ArgumentException("a file is read or written, and has a name", nameof(verb));
        }

        Verb = verb;
        Names = names;
    }

    /// <inheritdoc/>
    public override Verb Verb { get; }

    /// <summary>The canonical names; never empty.</summary>
    public ImmutableArray<string> Names { get; }

    /// <summary>
    /// Further spellings of these names, such as the host's absolute path of <c>workspace/a</c>. Deny and ask rules look at
    /// them too; an allow needs none of them.
    /// </summary>
    public ImmutableArray<string> Aliases { get; init; } = [];

    /// <inheritdoc/>
    public override string Text => Names[0];

    /// <inheritdoc/>
    internal override ImmutableArray<string> Parts =>
        [Names.Length.ToString(CultureInfo.InvariantCulture), .. Names, .. Aliases];

    /// <inheritdoc/>
    public bool Equals(FileTarget? other) =>
        other is not null
        && Verb == other.Verb
        && Names.SequenceEqual(other.Names)
        && Aliases.SequenceEqual(other.Aliases);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Verb, Names[0]);
}
