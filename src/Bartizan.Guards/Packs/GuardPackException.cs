namespace Bartizan.Guards.Packs;

/// <summary>A pack that can't be used; the message says what is wrong with it.</summary>
public sealed class GuardPackException(string message) : Exception(message);
