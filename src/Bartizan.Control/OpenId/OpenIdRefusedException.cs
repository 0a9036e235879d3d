namespace Bartizan.Control.OpenId;

/// <summary>A sign-in at a provider came to nothing. The sentence is for the log; it holds no text of the provider's.</summary>
internal sealed class OpenIdRefusedException(string why) : Exception(why);
