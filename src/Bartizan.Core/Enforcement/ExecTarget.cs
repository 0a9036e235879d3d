using System.Collections.Immutable;

namespace Bartizan.Core.Enforcement;

/// <summary>A command, as the argv that will be executed.</summary>
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

    /// <summary>The words; the first is the program.</summary>
    public ImmutableArray<string> Argv { get; }

    /// <inheritdoc/>
    public override string Text => string.Join(' ', Argv);

    /// <inheritdoc/>
    internal override ImmutableArray<string> Parts => Argv;

    /// <inheritdoc/>
    public bool Equals(ExecTarget? other) =>
        other is not null && Argv.SequenceEqual(other.Argv, StringComparer.Ordinal);

    /// <inheritdoc/>
    public override int GetHashCode() => Argv[0].GetHashCode(StringComparison.Ordinal);
}
