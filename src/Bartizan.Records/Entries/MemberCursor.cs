using System.Text.Json;

namespace Bartizan.Records.Entries;

/// <summary>
/// Goes through the members of one object. A name that isn't known, and one that comes twice, is refused. Leaves have their members in
/// order, so that the next name is nearly always one of the next few; another order only takes longer.
/// </summary>
internal struct MemberCursor
{
    private readonly MemberNames _names;
    private int _next;
    private ulong _seen;

    /// <summary>Begins with the reader at the object's first brace.</summary>
    public MemberCursor(MemberNames names, ref Utf8JsonReader reader)
    {
        _names = names;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new FormatException("not an object");
        }
    }

    /// <summary>Goes on to the next member's value; false at the object's end.</summary>
    public bool Next(ref Utf8JsonReader reader, out string name)
    {
        _ = reader.Read();
        if (reader.TokenType == JsonTokenType.EndObject)
        {
            name = "";
            return false;
        }

        for (var tried = 0; tried < _names.Count; tried++)
        {
            var place = _next + tried < _names.Count ? _next + tried : _next + tried - _names.Count;
            if (reader.ValueTextEquals(_names.Utf8(place)))
            {
                name = _names[place];
                if ((_seen & (1UL << place)) != 0)
                {
                    throw new FormatException($"member `{name}` twice");
                }

                _seen |= 1UL << place;
                _next = place + 1;
                _ = reader.Read();
                return true;
            }
        }

        throw new FormatException($"unknown member `{reader.GetString()}`");
    }
}
