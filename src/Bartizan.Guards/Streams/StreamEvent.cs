namespace Bartizan.Guards.Streams;

/// <summary>One event of a stream that is held back: its bytes, the texts in it, and how much text had come when it ended.</summary>
/// <param name="Raw">As it came.</param>
/// <param name="Texts">The strings in its data.</param>
/// <param name="SeenAtEnd">Characters of all texts up to its end.</param>
internal sealed record StreamEvent(byte[] Raw, List<StreamText> Texts, long SeenAtEnd);
