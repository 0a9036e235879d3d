namespace Bartizan.Core.Manifests;

/// <summary>How what tools answered is marked for the model.</summary>
public enum SpotlightForm
{
    /// <summary>Between marks that nobody else knows.</summary>
    Delimit = 0,

    /// <summary>The same, and in Base64.</summary>
    Encode,
}
