namespace Bartizan.Posture.RedTeam;

/// <summary>A way to write a text that a filter may miss and a model reads.</summary>
public enum Disguise
{
    /// <summary>As it is.</summary>
    None,

    /// <summary>Base64.</summary>
    Base64,

    /// <summary>Hexadecimal.</summary>
    Hex,

    /// <summary>Each Latin letter thirteen further.</summary>
    Rot13,

    /// <summary>With characters of no width between the letters.</summary>
    ZeroWidth,

    /// <summary>In Unicode's tag characters, which no font shows.</summary>
    Tags,

    /// <summary>With Cyrillic letters that look like Latin ones.</summary>
    Homoglyph,

    /// <summary>Digits for letters.</summary>
    Leet,

    /// <summary>With blanks between the letters.</summary>
    Spaced,
}
