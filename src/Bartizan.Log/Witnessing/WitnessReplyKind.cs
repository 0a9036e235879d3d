namespace Bartizan.Log.Witnessing;

/// <summary>All the ways that asking a witness ends.</summary>
internal enum WitnessReplyKind
{
    /// <summary>No answer in time, or one that means nothing: a wrong signature too. The witness counts as not there.</summary>
    Absent = 0,

    /// <summary>It cosigned exactly this checkpoint.</summary>
    Cosigned,

    /// <summary>409: it has cosigned another size last.</summary>
    Conflict,

    /// <summary>422: this tree doesn't continue the one that it cosigned last.</summary>
    Contradicted,

    /// <summary>400, 403, 404: it doesn't know this log, or its key.</summary>
    Refused,
}
