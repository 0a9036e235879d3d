using System.Collections.Immutable;

namespace Bartizan.Core.Manifests;

/// <summary>What may stand at one place of a manifest. The loader checks files against it and the JSON Schema is made of it.</summary>
internal abstract record Shape
{
    /// <summary>A single value of text.</summary>
    /// <param name="Says">What it is, for messages: <c>a host and port</c>.</param>
    internal sealed record Text(string Says) : Shape
    {
        /// <summary>The longest text of a manifest that is not a description.</summary>
        public const int DefaultMaxLength = 1024;

        public int MaxLength { get; init; } = DefaultMaxLength;

        /// <summary>A regular expression for editors; the loader's own check is <see cref="Problem"/>.</summary>
        public string? Expression { get; init; }

        /// <summary>What is wrong with a text, to follow its name in a sentence; null when nothing is.</summary>
        public Func<string, string?>? Problem { get; init; }

        /// <summary>True where somebody may have pasted a secret: the value is never repeated in a message.</summary>
        public bool Private { get; init; }
    }

    /// <summary>One of a few words.</summary>
    internal sealed record Choice(string Says, ImmutableArray<string> Words) : Shape
    {
        /// <summary>Words that the reference knows and this version doesn't enforce.</summary>
        public ImmutableArray<string> Unsupported { get; init; } = [];
    }

    /// <summary>A whole number.</summary>
    internal sealed record Whole(long Least, long Most) : Shape;

    /// <summary>A number.</summary>
    internal sealed record Number(double Least, double Most) : Shape;

    /// <summary>A list.</summary>
    internal sealed record Many(Shape Item) : Shape
    {
        public int Least { get; init; }
    }

    /// <summary>A list, or what stands for it where more is to be said.</summary>
    internal sealed record ListOr(Many List, Shape Other) : Shape;

    /// <summary>A word, or a map where more is to be said.</summary>
    internal sealed record WordOr(Choice Word, Keys Other) : Shape;

    /// <summary>A map from names that the author chooses.</summary>
    internal sealed record Named(Text Name, Shape Value) : Shape;

    /// <summary>A map of known keys.</summary>
    internal sealed record Keys(ImmutableArray<ManifestKey> Known) : Shape
    {
        /// <summary>Keys of which exactly one stands; empty for no such demand.</summary>
        public ImmutableArray<string> ExactlyOne { get; init; } = [];

        /// <summary>Keys of another kind of file, with what to say when one stands here.</summary>
        public ImmutableDictionary<string, string> Elsewhere { get; init; } = ImmutableDictionary<string, string>.Empty;
    }
}
