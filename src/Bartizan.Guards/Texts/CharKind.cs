namespace Bartizan.Guards.Texts;

/// <summary>What a character may be; some are several.</summary>
internal enum CharKind
{
    /// <summary>A letter of any alphabet.</summary>
    Letter,

    /// <summary>A letter of ASCII.</summary>
    AsciiLetter,

    /// <summary>A digit of ASCII.</summary>
    Digit,

    /// <summary>A letter of any alphabet or a digit of ASCII.</summary>
    LetterOrDigit,

    /// <summary>A letter or a digit of ASCII.</summary>
    AsciiWord,

    /// <summary>A capital letter of a Latin alphabet, up to U+017F.</summary>
    Capital,

    /// <summary>What stands in words of orders: a letter, an apostrophe, an underscore.</summary>
    Word,

    /// <summary>What ends a sentence.</summary>
    Stop,

    /// <summary>What stands between a label and what it labels.</summary>
    Label,

    /// <summary>A sign that may stand for a letter.</summary>
    LetterSign,

    /// <summary>What Base64, Base32 and hexadecimal are made of.</summary>
    Blob,

    /// <summary>What tokens are made of, with their prefixes.</summary>
    Token,

    /// <summary>What isn't ASCII.</summary>
    Beyond,
}
