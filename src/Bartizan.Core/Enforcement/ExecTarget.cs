using System.Collections.Immutable;

namespace Bartizan.Core.Enforcement;

/// <summary>
/// A command, as the argv that will be executed; or one that nobody can read before it runs (<see cref="Opaque"/>).
/// </summary>
public sealed record ExecTarget : ActionTarget
{
    /// <summary>Makes a target of a non-empty argv.</summary>
    /// <exception cref="ArgumentException">When the argv is empty.</exception>
    public ExecTarget(params ImmutableArray<string> argv)
    {
        Argv = argv.IsDefaultOrEmpty ? throw new ArgumentException("a command has words", nameof(argv)) : argv;
    }

    /// <inheritdoc/>
    public override Verb Verb => Verb.Exec;

    /// <summary>The words; the first is the program. Of an opaque command its raw text, as one word.</summary>
    public ImmutableArray<string> Argv { get; }

    /// <summary>
    /// True when it may run anything: every deny and ask rule of <c>exec</c> applies to it, whatever the rule names, and no
    /// allow ever does.
    /// </summary>
    public bool IsOpaque { get; private init; }

    /// <summary>
    /// Other argvs of the same act: the program by the path that it resolves to, its flags in another order or by their long
    /// names. Deny and ask rules look at them too; an allow needs none of them.
    /// </summary>
    public ImmutableArray<ImmutableArray<string>> Spellings { get; init; } = [];

    /// <inheritdoc/>
    public override string Text => string.Join(' ', Argv);

    /// <inheritdoc/>
    internal override ImmutableArray<string> Parts => [IsOpaque ? "opaque" : "argv", .. Argv];

    /// <summary>A command that can't be known before it runs, by its raw text.</summary>
    public static ExecTarget Opaque(string raw) => new(raw) { IsOpaque = true };

    /// <inheritdoc/>
    public bool Equals(ExecTarget? other) =>
        other is not null && IsOpaque == other.IsOpaque && Argv.SequenceEqual(other.Argv, StringComparer.Ordinal);

    /// <inheritdoc/>
    public override int GetHashCode() => Argv[0].GetHashCode(StringComparison.Ordinal);
}
