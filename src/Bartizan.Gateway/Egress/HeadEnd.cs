namespace Bartizan.Gateway.Egress;

/// <summary>All the ways reading a head ends.</summary>
internal enum HeadEnd
{
    /// <summary>The other side went away in the middle.</summary>
    Truncated = 0,

    /// <summary>The other side went away, or was quiet for too long, before the first byte.</summary>
    Nothing,

    /// <summary>Over the bound.</summary>
    TooLong,

    /// <summary>A line that does not end in CR LF, or a CR or NUL within one.</summary>
    BadLine,

    /// <summary>Too slow.</summary>
    TimedOut,

    /// <summary>There, from the first byte to the empty line.</summary>
    Complete,
}
