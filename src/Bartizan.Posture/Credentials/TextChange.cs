namespace Bartizan.Posture.Credentials;

/// <summary>One piece of a text that gives way to another.</summary>
/// <param name="Start">Where it begins, in UTF-16 code units.</param>
/// <param name="End">Where it ends.</param>
/// <param name="New">What stands there instead.</param>
public readonly record struct TextChange(int Start, int End, string New);
