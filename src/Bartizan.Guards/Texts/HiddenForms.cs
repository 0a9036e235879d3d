namespace Bartizan.Guards.Texts;

/// <summary>In which ways something was hidden in a text, or written so that a filter might miss it.</summary>
[Flags]
public enum HiddenForms
{
    /// <summary>In none.</summary>
    None = 0,

    /// <summary>Characters without width, or with nothing to show.</summary>
    ZeroWidth = 1 << 0,

    /// <summary>Soft hyphens within words.</summary>
    SoftHyphen = 1 << 1,

    /// <summary>Marks that turn the text around.</summary>
    Bidi = 1 << 2,

    /// <summary>Tag characters, a second invisible ASCII.</summary>
    Tags = 1 << 3,

    /// <summary>Several variation selectors in a row: bytes.</summary>
    Selectors = 1 << 4,

    /// <summary>Control characters.</summary>
    Control = 1 << 5,

    /// <summary>Escape sequences of terminals.</summary>
    Escape = 1 << 6,

    /// <summary>Bytes that are no UTF-8, or halves of surrogate pairs.</summary>
    Broken = 1 << 7,

    /// <summary>Compatibility forms in place of ASCII letters: full width, mathematical, enclosed.</summary>
    Forms = 1 << 8,

    /// <summary>Letters of other alphabets within Latin words.</summary>
    LookAlikes = 1 << 9,

    /// <summary>Comments that a rendered page doesn't show.</summary>
    Comment = 1 << 10,

    /// <summary>Elements that a rendered page doesn't show.</summary>
    Element = 1 << 11,

    /// <summary>Percent, entities or backslashes in place of plain letters.</summary>
    Escapes = 1 << 12,

    /// <summary>A text in Base64 or Base32.</summary>
    Base64 = 1 << 13,

    /// <summary>A text in hexadecimal.</summary>
    Hex = 1 << 14,

    /// <summary>Words spelled with digits and signs.</summary>
    Leet = 1 << 15,

    /// <summary>Words spelled letter by letter.</summary>
    Spaced = 1 << 16,

    /// <summary>A text moved by thirteen letters.</summary>
    Rot13 = 1 << 17,

    /// <summary>A text written backwards.</summary>
    Reversed = 1 << 18,

    /// <summary>A run of blanks that pushes what follows out of sight.</summary>
    Blank = 1 << 19,

    /// <summary>What a person doesn't see, whatever it says.</summary>
    Invisible = ZeroWidth | SoftHyphen | Bidi | Tags | Selectors | Control | Escape | Comment | Element,
}
