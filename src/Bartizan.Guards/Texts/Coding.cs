namespace Bartizan.Guards.Texts;

/// <summary>How a view was made of the one before it.</summary>
public enum Coding
{
    /// <summary>The text as it is read: folded, and without what isn't seen.</summary>
    Plain = 0,

    /// <summary>Characters that nobody sees and that spell a text of their own: tags, variation selectors.</summary>
    Unseen,

    /// <summary>Escapes taken for what they stand for: percent, HTML entities, backslashes.</summary>
    Escapes,

    /// <summary>HTML and Markdown without marks, so that a word cut by a tag is whole; comments are kept as text.</summary>
    Markup,

    /// <summary>Digits and signs that stand for letters, and letters with gaps between them, as the words that they spell.</summary>
    Words,

    /// <summary>Every letter moved by thirteen.</summary>
    Rot13,

    /// <summary>The text backwards.</summary>
    Reversed,

    /// <summary>A run of Base64.</summary>
    Base64,

    /// <summary>A run of hexadecimal digits.</summary>
    Hex,

    /// <summary>A run of Base32.</summary>
    Base32,
}
