namespace Bartizan.Cli.Guards;

/// <summary>One recorded content that another pack judges otherwise.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="Session">Its session.</param>
/// <param name="Target">What the action hit.</param>
/// <param name="Role">Which content of it.</param>
/// <param name="Found">True when only the new pack takes it for an attack, false when only the old one does.</param>
/// <param name="Was">Its score.</param>
/// <param name="Will">Its score by the new pack.</param>
/// <param name="Kinds">What is found.</param>
internal sealed record PackReplayLine(
    long Entry,
    string Session,
    string Target,
    string Role,
    bool Found,
    double Was,
    double Will,
    string Kinds
);
