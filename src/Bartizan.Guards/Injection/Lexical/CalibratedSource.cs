namespace Bartizan.Guards.Injection.Lexical;

/// <summary>How one source of clean texts fares by a scale that was measured without it.</summary>
/// <param name="Name">The source.</param>
/// <param name="Texts">Its texts.</param>
/// <param name="Rate">The part of them that counts as a likely attack; 0.01 is what the scale promises.</param>
public sealed record CalibratedSource(string Name, int Texts, double Rate);
