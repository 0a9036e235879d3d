namespace Bartizan.Core.Entries;

/// <summary>
/// Content that belongs to an entry. The leaf holds a salted commitment to it; the bytes lie beside the tree, encrypted
/// under the session's key.
/// </summary>
/// <param name="Role"><c>request</c>, <c>response</c>, <c>arguments</c>, <c>receipt</c>…</param>
/// <param name="MediaType">As in HTTP.</param>
/// <param name="Content">The bytes; must not change after the entry was appended.</param>
public sealed record Payload(string Role, string MediaType, ReadOnlyMemory<byte> Content);
