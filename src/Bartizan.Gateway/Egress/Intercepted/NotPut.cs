namespace Bartizan.Gateway.Egress.Intercepted;

/// <summary>Why a request isn't sent although it was granted: nothing can be put into it, or nobody has read it.</summary>
/// <param name="Told">What the agent is told.</param>
/// <param name="Recorded">What the record says.</param>
internal readonly record struct NotPut(string Told, string Recorded)
{
    /// <summary>Of a request that was granted by a rule that guards come with, and was held for none.</summary>
    public const string Unread = "its rules changed while it waited, and guards haven't read it; send it again";

    /// <summary>One that both may know.</summary>
    public NotPut(string problem)
        : this(problem, problem) { }
}
