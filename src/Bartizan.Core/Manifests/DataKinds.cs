using System.Collections.Frozen;

namespace Bartizan.Core.Manifests;

/// <summary>The classes of personal data that a manifest may cap, as findings name them.</summary>
public static class DataKinds
{
    /// <summary>All of them.</summary>
    public static FrozenSet<string> All { get; } =
        (
            "person-name postal-address email phone ip-address internal-address payment-card iban us-bank-routing us-ssn us-itin us-npi "
            + "us-dea us-medicare uk-nhs uk-nino de-tax-id de-vat de-health de-id-card es-nif es-nie it-fiscal-code fr-nir fr-siren fr-siret pl-pesel se-personal "
            + "fi-hetu nl-bsn no-birth-number be-national ch-ahv pt-nif dk-cpr in-aadhaar in-pan in-gstin au-tfn au-abn au-acn au-medicare "
            + "ca-sin sg-nric kr-rrn tr-id th-id za-id br-cpf br-cnpj cn-id imei vin travel-document bank-code "
            + "ethereum-address bitcoin-address"
        )
            .Split(' ')
            .ToFrozenSet(StringComparer.Ordinal);
}
