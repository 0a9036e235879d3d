namespace Bartizan.Log.Segments;

/// <summary>What stands at a place where a frame should start.</summary>
internal enum FrameState
{
    /// <summary>Bytes that are no frame.</summary>
    Damaged = 0,

    /// <summary>The bytes end before the frame does.</summary>
    Incomplete,

    /// <summary>A frame whose checksum fits.</summary>
    Whole,
}
