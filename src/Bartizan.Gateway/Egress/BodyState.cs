namespace Bartizan.Gateway.Egress;

/// <summary>What a read of a body gave.</summary>
internal enum BodyState
{
    /// <summary>The sender went away before the end, or the framing is broken. It must stay visibly cut.</summary>
    Broken = 0,

    /// <summary>Bytes.</summary>
    Piece,

    /// <summary>The whole body was read.</summary>
    End,
}
