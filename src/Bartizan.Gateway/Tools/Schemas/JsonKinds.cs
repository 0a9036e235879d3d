namespace Bartizan.Gateway.Tools.Schemas;

/// <summary>The types of <c>type</c>, one or several.</summary>
[Flags]
internal enum JsonKinds
{
    None = 0,
    Null = 1,
    Boolean = 2,
    Object = 4,
    Array = 8,
    Number = 16,
    String = 32,
    Integer = 64,
}
