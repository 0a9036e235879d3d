namespace Bartizan.Core.Manifests;

/// <summary>A value that an argument may have.</summary>
/// <param name="Text">As written.</param>
/// <param name="Plain">
/// True when it stands without quotes: a number or <c>true</c> and <c>false</c> are then what they look like, not text.
/// </param>
public readonly record struct ArgumentValue(string Text, bool Plain);
