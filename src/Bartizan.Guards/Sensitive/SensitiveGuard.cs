using Bartizan.Guards.Findings;
using Bartizan.Guards.Sensitive.Names;
using Bartizan.Guards.Sensitive.Places;
using Bartizan.Guards.Texts;

namespace Bartizan.Guards.Sensitive;

/// <summary>
/// Finds credentials by their shapes and checksums, personal data by check digits and form, and names and postal addresses by
/// gazetteers and what stands around them.
/// </summary>
public static class SensitiveGuard
{
    /// <summary>Changes whenever its findings may.</summary>
    public const string Version = "1";

    /// <summary>Adds what is found in a text.</summary>
    internal static void Find(TextViews views, FoundList found)
    {
        foreach (var view in views.All)
        {
            // Words put together from letters, or turned around, make numbers and tokens of what is none.
            if (view.Coding is Coding.Words or Coding.Rot13 or Coding.Reversed)
            {
                continue;
            }

            SecretScan.Find(view, found);
            NumberScan.Find(view, found);
            ContactScan.Find(view, found);
            DocumentScan.Find(view, found);
            NameScan.Find(view, found);
            PostalScan.Find(view, found);
        }
    }
}
