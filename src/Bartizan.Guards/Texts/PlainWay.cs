namespace Bartizan.Guards.Texts;

/// <summary>What the plain pass does with one UTF-16 code unit.</summary>
internal enum PlainWay : byte
{
    /// <summary>What the characters around it say decides.</summary>
    Slow = 0,

    /// <summary>It stays as it is.</summary>
    Kept,

    /// <summary>It is a form of one letter or digit of a keyboard, and that is worth a note.</summary>
    Form,

    /// <summary>It is written as one other character.</summary>
    Other,

    /// <summary>It isn't seen, whatever stands around it, and goes.</summary>
    Unseen,
}
