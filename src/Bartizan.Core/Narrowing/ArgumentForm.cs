namespace Bartizan.Core.Narrowing;

/// <summary>How a demand reads an argument.</summary>
internal enum ArgumentForm
{
    /// <summary>As it is: a value, a number, a text.</summary>
    Plain = 0,

    /// <summary>As a host, or the address of a page.</summary>
    Host,

    /// <summary>As a path.</summary>
    File,

    /// <summary>As an address of a network.</summary>
    Network,

    /// <summary>As a query, a filter or markup.</summary>
    Parsed,
}
