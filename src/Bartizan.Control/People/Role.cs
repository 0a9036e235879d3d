namespace Bartizan.Control.People;

/// <summary>What a person who runs an instance is there for. What each may do stands in <see cref="Permission"/>.</summary>
public enum Role
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Sees sessions, the log's entries and findings.</summary>
    Viewer,

    /// <summary>Sees what is asked, and answers it; a viewer, too.</summary>
    Approver,

    /// <summary>Pauses, resumes and kills sessions, and settles what they changed; a viewer, too.</summary>
    Operator,

    /// <summary>Says who the people are and what they may do; an operator, too, and no approver.</summary>
    Administrator,
}
