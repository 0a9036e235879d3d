using System.Collections.Immutable;

namespace Bartizan.Core.Manifests;

/// <summary>A piece of a YAML file that knows where it stands.</summary>
internal abstract record SourceNode(SourcePosition Position)
{
    /// <summary>What a message calls it.</summary>
    public abstract string Kind { get; }

    /// <summary>A value. Plain ones may be numbers; quoted ones are text.</summary>
    internal sealed record Scalar(SourcePosition Position, string Text, bool Plain) : SourceNode(Position)
    {
        /// <inheritdoc/>
        public override string Kind => IsEmpty ? "nothing" : "a single value";

        /// <summary>True when nothing was written: an empty plain scalar, or YAML's words for it.</summary>
        public bool IsEmpty => Plain && Text is "" or "~" or "null";
    }

    /// <summary>A list.</summary>
    internal sealed record List(SourcePosition Position, ImmutableArray<SourceNode> Items) : SourceNode(Position)
    {
        /// <inheritdoc/>
        public override string Kind => "a list";
    }

    /// <summary>Keys with values, in the file's order; no key stands twice.</summary>
    internal sealed record Map(SourcePosition Position, ImmutableArray<KeyValuePair<Scalar, SourceNode>> Entries)
        : SourceNode(Position)
    {
        /// <inheritdoc/>
        public override string Kind => "a map of keys";

        /// <summary>The value of a key, or null.</summary>
        public SourceNode? Find(string key)
        {
            foreach (var (name, value) in Entries)
            {
                if (string.Equals(name.Text, key, StringComparison.Ordinal))
                {
                    return value;
                }
            }

            return null;
        }

        /// <summary>Where a key stands, or where the map starts.</summary>
        public SourcePosition PositionOf(string key)
        {
            foreach (var (name, _) in Entries)
            {
                if (string.Equals(name.Text, key, StringComparison.Ordinal))
                {
                    return name.Position;
                }
            }

            return Position;
        }
    }
}
