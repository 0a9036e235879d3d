namespace Bartizan.Client.Pins;

/// <summary>One definition as a server gives it.</summary>
/// <param name="Text">Its canonical form (RFC 8785).</param>
public sealed record PinnedText(string Text);
