namespace Bartizan.Guards.Texts;

/// <summary>The bounds of one pass over a text. What lies beyond is said (<see cref="TextViews.IsCut"/>), never passed over in silence.</summary>
internal static class TextLimits
{
    /// <summary>How many encodings deep is looked: nobody nests deeper for a reader, only against a filter.</summary>
    public const int MaxDepth = 3;

    /// <summary>Characters that all views beside the plain one may have, for each character of the text.</summary>
    public const int MaxViewCharsPerChar = 4;

    /// <summary>Characters that they may have in any case, so that short texts are unfolded whole.</summary>
    public const int MinViewChars = 4096;

    /// <summary>Views of one text.</summary>
    public const int MaxViews = 64;

    /// <summary>Hidden places that are kept; their kinds are all known, however many there are.</summary>
    public const int MaxHiddenSpans = 1024;

    /// <summary>How often escapes within escapes are taken for what they stand for.</summary>
    public const int MaxEscapeRounds = 3;

    /// <summary>Runs of one text that are tried as an encoding; a text of nothing but such runs is a finding by itself.</summary>
    public const int MaxBlobs = 256;

    /// <summary>Of ten characters of what was decoded, those that must be readable for it to be a text.</summary>
    public const int ReadableOfTen = 9;

    /// <summary>The shortest run that is tried as Base64, in characters: fifteen bytes.</summary>
    public const int LeastBase64 = 20;

    /// <summary>The shortest run that is tried as hexadecimal or Base32, in characters.</summary>
    public const int LeastHex = 24;

    /// <summary>Blank characters in a row that push what follows out of sight.</summary>
    public const int ManyBlank = 60;

    /// <summary>Letters in a row with gaps between them that are no list any more.</summary>
    public const int LeastSpaced = 5;

    /// <summary>The longest word that is looked at as one; a longer one is data.</summary>
    public const int MaxWord = 40;

    /// <summary>The longest form of one character that is unfolded; a longer one (a whole phrase in one sign) stays as it is.</summary>
    public const int MaxForm = 4;
}
