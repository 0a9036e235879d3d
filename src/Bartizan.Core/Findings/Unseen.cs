namespace Bartizan.Core.Findings;

/// <summary>Kinds of characters that a person doesn't see and a model reads.</summary>
public enum Unseen
{
    /// <summary>It is seen.</summary>
    None = 0,

    /// <summary>It has no width: zero width space, word joiner, marks of direction.</summary>
    ZeroWidth,

    /// <summary>It joins or parts letters of some scripts and emoji; between plain letters it hides something.</summary>
    Joiner,

    /// <summary>A hyphen that shows only where a line breaks.</summary>
    SoftHyphen,

    /// <summary>It turns the text around.</summary>
    Bidi,

    /// <summary>A tag: a second, invisible ASCII.</summary>
    Tag,

    /// <summary>A variation selector; one says how an emoji looks, several in a row are bytes.</summary>
    Selector,

    /// <summary>A letter that shows nothing.</summary>
    Filler,

    /// <summary>A control character.</summary>
    Control,

    /// <summary>The start of a terminal's escape sequence.</summary>
    Escape,

    /// <summary>A character that means only what two sides agreed on.</summary>
    PrivateUse,
}
