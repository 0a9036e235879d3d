namespace Bartizan.Gateway.Egress;

/// <summary>One header field, as it stood on the wire; the value is Latin-1, so that it goes out as the bytes it came in.</summary>
internal readonly record struct HeadField(string Name, string Value)
{
    public bool Is(string name) => Name.Equals(name, StringComparison.OrdinalIgnoreCase);
}
