using System.Runtime.InteropServices;

namespace Bartizan.Guards.Streams;

/// <summary>JSON with its strings cleaned.</summary>
/// <param name="Bytes">The same JSON, with other strings where something was taken out.</param>
/// <param name="IsChanged">True when something was.</param>
/// <param name="IsObjected">True when something stands in a name, where nothing can be put in its place.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct JsonCleaning(ReadOnlyMemory<byte> Bytes, bool IsChanged, bool IsObjected)
{
    /// <summary>Cleans every string that is a value, by the name before it and itself.</summary>
    public static JsonCleaning Of(ReadOnlyMemory<byte> json, Func<string, string, string> clean)
    {
        var name = "";
        var places = new List<(int Start, int End, string Text)>();
        var isObjected = false;
        var isRead = JsonTexts.Read(
            json.Span,
            (_, text, start, end, _) =>
            {
                var cleaned = clean(end < 0 ? "" : name, text);
                name = end < 0 ? text : name;
                if (ReferenceEquals(cleaned, text))
                {
                    return;
                }

                if (end < 0)
                {
                    isObjected = true;
                }
                else
                {
                    places.Add((start, end, cleaned));
                }
            }
        );
        return places.Count == 0 || !isRead
            ? new JsonCleaning(json, false, isObjected)
            : new JsonCleaning(JsonTexts.Replace(json.Span, places), true, isObjected);
    }
}
