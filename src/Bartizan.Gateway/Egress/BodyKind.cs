namespace Bartizan.Gateway.Egress;

/// <summary>How a body's end is told.</summary>
internal enum BodyKind
{
    /// <summary>There is no body.</summary>
    None = 0,

    /// <summary>By its length.</summary>
    Length,

    /// <summary>By the chunk of length zero.</summary>
    Chunked,

    /// <summary>By the end of the connection; answers only.</summary>
    UntilClose,
}
