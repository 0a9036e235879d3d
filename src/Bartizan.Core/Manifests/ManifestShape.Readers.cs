using Bartizan.Core.Readers;

namespace Bartizan.Core.Manifests;

/// <summary>What may stand in <c>readers</c>.</summary>
internal static partial class ManifestShape
{
    private static Shape.Text ReaderName =>
        new("a tool's name of letters, digits and `_`")
        {
            MaxLength = 48,
            Expression = "^[A-Za-z][A-Za-z0-9_]*$",
            Problem = text =>
                char.IsAsciiLetter(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '_')
                    ? null
                    : "is no reader's name",
        };

    private static Shape.Keys Reader =>
        new([
            Known(
                "description",
                new Shape.Text("what it is for") { MaxLength = MaxWhy },
                "What it is for; the agent's model reads it."
            ),
            Required("from", _pattern, "The tool whose result is read, without `*`: `tool mail/get_message`."),
            Required("model", _pattern, "The model that reads it, without `*`: `anthropic/claude-haiku-4-5`."),
            Required(
                "question",
                new Shape.Text("what the model is asked about the content") { MaxLength = MaxWhy },
                "What the model is asked about the content."
            ),
            Required(
                "gives",
                new Shape.Named(GivenName, Given),
                "The values that it gives, and no others; nothing among them is free text."
            ),
        ]);

    private static Shape.Text GivenName =>
        new("a value's name of letters, digits and `_`")
        {
            MaxLength = GivenField.MaxName,
            Expression = "^[A-Za-z][A-Za-z0-9_]*$",
            Problem = text =>
                char.IsAsciiLetter(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '_')
                    ? null
                    : "is no value's name",
        };

    private static Shape.Keys Given =>
        new([
            Known(
                "is",
                new Shape.Choice("what it is", ["boolean", "integer", "number", "date", "currency", "identifier"]),
                "What it is; left out where `in` names its words."
            ),
            Known("in", new Shape.Many(_any) { Least = 1 }, "The words, one of which it is."),
            Known(
                "between",
                new Shape.Many(new Shape.Number(-1e15, 1e15)) { Least = 2 },
                "Least and most of a number; every number needs it."
            ),
            Known("glob", _any, "A pattern for an identifier: `*` is a part of one word."),
            Known(
                "max_length",
                new Shape.Whole(1, GivenField.MaxIdentifier),
                "The longest identifier; 32 if not said."
            ),
            Known("optional", new Shape.Choice("`true` or `false`", ["true", "false"]), "True when it may be absent."),
        ]);
}
