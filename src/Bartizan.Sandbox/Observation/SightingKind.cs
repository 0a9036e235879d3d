namespace Bartizan.Sandbox.Observation;

/// <summary>What was seen. The values are the letters of <c>observe.h</c>.</summary>
public enum SightingKind
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>A program was started.</summary>
    Started = 'x',

    /// <summary>A program was to be started under a name that nothing stood behind.</summary>
    NotThere = 'm',

    /// <summary>A file or directory was made, opened for writing, or given another name.</summary>
    Written = 'w',

    /// <summary>A file or directory was removed, or lost its name.</summary>
    Removed = 'd',

    /// <summary>A file was opened for reading.</summary>
    Read = 'r',

    /// <summary>How many calls of each kind could not be told of, so far.</summary>
    Lost = 'L',

    /// <summary>The last one: how many calls there were of each kind.</summary>
    End = 'E',
}
