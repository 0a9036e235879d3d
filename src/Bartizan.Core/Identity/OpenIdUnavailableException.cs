namespace Bartizan.Core.Identity;

/// <summary>A provider can't be reached, or what it says of itself can't be taken. Nothing of its tokens is good then.</summary>
/// <param name="message">Why, as a sentence that may be shown.</param>
public sealed class OpenIdUnavailableException(string message) : Exception(message);
